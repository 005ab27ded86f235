/**
 * The Lambda layers of all functions, each where its variable names it:
 *
 * - the PEM files of mutual TLS, under /opt. A layer keeps keys out of the packages, and a certificate is rotated without a build.
 * - the OpenTelemetry collector of ADOT, which takes the functions' spans on localhost and exports them.
 */
module.exports = async () => ({
  layers: [process.env.GRPC_CERTIFICATES_LAYER_ARN, process.env.TELEMETRY_LAYER_ARN].filter(Boolean),
});
