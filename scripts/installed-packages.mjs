import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The packages that package.json and those of the workspaces ask for, and that node_modules has not. Optional ones are left
 * out: a registry may lack them.
 */
export function missingPackages(root) {
  return [root, ...workspacesOf(root)].flatMap((folder) => {
    const { dependencies = {}, devDependencies = {} } = descriptionIn(folder);
    const places = folder === root ? [root] : [folder, root];
    return Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !places.some((place) => existsSync(join(place, 'node_modules', name, 'package.json'))),
    );
  });
}

/** The folders that the lock file fills on this platform, relative to the root. */
export function lockedFolders(root, isAsked = () => true) {
  const { packages = {} } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([folder, locked]) => folder.includes('node_modules/') && !locked.link && fits(locked) && isAsked(locked))
    .map(([folder]) => folder);
}

/**
 * Whether a folder that the lock file fills has no package. Those of optional packages and of peers may be empty: a registry
 * lacks them, or npm's configuration leaves them out.
 */
export function lacksLockedPackage(root) {
  return lockedFolders(root, ({ optional, peer }) => !optional && !peer).some(
    (folder) => !existsSync(join(root, folder, 'package.json')),
  );
}

/** How many of the folders have their package already. */
export function countInstalled(root, folders) {
  return folders.filter((folder) => existsSync(join(root, folder, 'package.json'))).length;
}

function fits({ os, cpu, libc, optional }) {
  // Which libc this is only npm finds out. Without such a package the count ends a little early.
  return allows(os, process.platform) && allows(cpu, process.arch) && !(optional && libc !== undefined);
}

/** npm's rule for `os` and `cpu`: a list of allowed names, or of forbidden ones with `!`. */
function allows(list, name) {
  return list === undefined || (!list.includes(`!${name}`) && (list.includes(name) || list.every(isForbidden)));
}

function isForbidden(name) {
  return name.startsWith('!');
}

function workspacesOf(root) {
  const { workspaces = [] } = descriptionIn(root);
  return workspaces
    .flatMap((pattern) => foldersOf(root, pattern))
    .filter((folder) => existsSync(join(folder, 'package.json')));
}

function descriptionIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Every workspace pattern here is a folder, or `folder/*`. Node 20 has no glob of its own. */
function foldersOf(root, pattern) {
  if (!pattern.endsWith('/*')) {
    return [join(root, pattern)];
  }
  const parent = join(root, pattern.slice(0, -2));
  return existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [];
}
