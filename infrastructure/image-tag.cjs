/**
 * The tag of the services' images, the same for `npm run images:push` and for the deployment: the commit, so that a tag never
 * changes its content. IMAGE_TAG names another. Outside of a git checkout it is the package's version.
 */
const { spawnSync } = require('node:child_process');
const { version } = require('../package.json');

exports.imageTag = () => {
  if (process.env.IMAGE_TAG) {
    return process.env.IMAGE_TAG;
  }
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], {
    cwd: __dirname,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : version;
};
