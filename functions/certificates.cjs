/**
 * The Lambda layer that brings the functions the PEM files of mutual TLS, under /opt. They are not part of the code, so that
 * a certificate is exchanged without a build, and a key is in no package.
 */
module.exports = async () => ({
  layers: process.env.GRPC_CERTIFICATES_LAYER_ARN ? [process.env.GRPC_CERTIFICATES_LAYER_ARN] : [],
});
