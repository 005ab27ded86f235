/**
 * Removes all development packages from package.json in the current folder except those named as arguments. `npm install`
 * then installs the production packages and the tools of an image's build step, in the lock file's versions.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const kept = process.argv.slice(2);
const description = JSON.parse(readFileSync('package.json', 'utf8'));
const unknown = kept.filter((name) => description.devDependencies[name] === undefined);
if (unknown.length > 0) {
  throw new Error(`package.json has no development package named ${unknown.join(', ')}.`);
}
description.devDependencies = Object.fromEntries(kept.map((name) => [name, description.devDependencies[name]]));
writeFileSync('package.json', JSON.stringify(description, null, 2));
