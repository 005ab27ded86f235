/**
 * The Lambda layer with the PEM files of mutual TLS, under /opt. A layer keeps keys out of the packages, and a certificate is
 * rotated without a build.
 */
module.exports = async () => ({
  layers: process.env.GRPC_CERTIFICATES_LAYER_ARN ? [process.env.GRPC_CERTIFICATES_LAYER_ARN] : [],
});
