const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

/** Makes the certificates of a stage before its first deployment, so that its services find them when they start. */
module.exports = class CertificatesPlugin {
  constructor(serverless) {
    this.hooks = { 'before:aws:deploy:deploy:updateStack': () => makeCertificates(serverless) };
  }
};

/** @throws Error where they cannot be made: the services would not start, and the deployment would be rolled back */
function makeCertificates({ service, getProvider }) {
  const { compiledCloudFormationTemplate: template, environment } = service.provider;
  if (template.Resources.ServicesCluster === undefined || environment.GRPC_TLS_SECRET === '') {
    return;
  }
  const provider = getProvider('aws');
  const script = join(__dirname, '..', 'scripts', 'stage-certificates', 'main.ts');
  const options = ['--stage', provider.getStage(), '--region', provider.getRegion(), '--if-missing'];
  const { status } = spawnSync(process.execPath, [script, ...options], { stdio: 'inherit' });
  if (status !== 0) {
    throw new Error('The certificates of the services were not made: npm run certificates:stage failed.');
  }
}
