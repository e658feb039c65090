// Runs `npm ci` in the current folder, but only when what is installed differs from package-lock.json.
//
//   node scripts/npm-install.mjs               everything, test tools included
//   node scripts/npm-install.mjs --for-build   what `npm run build` needs; test tools are neither asked for nor taken away
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const forBuild = process.argv.includes('--for-build');

function packages(lockFile) {
  return Object.entries(JSON.parse(readFileSync(lockFile, 'utf8')).packages).filter(([path]) => path !== '');
}

// npm keeps a lock file of what it really installed, written last.
function installedPackages() {
  try {
    return new Map(packages('node_modules/.package-lock.json'));
  } catch {
    return new Map();
  }
}

// Optional packages are left out of the comparison: which of them are installed depends on the platform.
const needed = packages('package-lock.json').filter(
  ([, { dev, devOptional, optional }]) => !optional && !devOptional && !(dev && forBuild),
);
const installed = installedPackages();
const missing = needed.filter(([path, { version, integrity }]) => {
  const found = installed.get(path);
  return found?.version !== version || found?.integrity !== integrity;
});

if (missing.length > 0) {
  const hasTestTools = [...installed.values()].some(({ dev }) => dev);
  const omit = forBuild && !hasTestTools ? '--omit=dev' : '--include=dev';
  const { status, error } = spawnSync('npm', ['ci', omit, '--no-audit', '--no-fund', '--prefer-offline'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  process.exitCode = status ?? 1;
}
