'use strict';
// The platforms a release has an engine for, and which of them this is.

const { readFileSync } = require('node:fs');

/**
 * Each with the package that holds its engine. The requires are spelled out so that bundlers and file tracers see them.
 * @type {Record<string, () => unknown>}
 */
const packages = {
  'darwin-arm64': () => require('@oxmcp/binding-darwin-arm64'),
  'darwin-x64': () => require('@oxmcp/binding-darwin-x64'),
  'linux-arm64-gnu': () => require('@oxmcp/binding-linux-arm64-gnu'),
  'linux-arm64-musl': () => require('@oxmcp/binding-linux-arm64-musl'),
  'linux-x64-gnu': () => require('@oxmcp/binding-linux-x64-gnu'),
  'linux-x64-musl': () => require('@oxmcp/binding-linux-x64-musl'),
};

/** The package's name. */
function packageOf(platform) {
  return `@oxmcp/binding-${platform}`;
}

/** The C library of a Linux system, asked in the order of what the answer costs. */
function libc() {
  try {
    return readFileSync('/usr/bin/ldd', 'utf8').includes('musl') ? 'musl' : 'gnu';
  } catch {
    // No ldd here, as in images without a shell. A report without the network takes a millisecond, with it perhaps seconds.
    const { excludeNetwork } = process.report;
    process.report.excludeNetwork = true;
    const { header } = process.report.getReport();
    process.report.excludeNetwork = excludeNetwork;
    return header.glibcVersionRuntime ? 'gnu' : 'musl';
  }
}

/** This platform as the packages spell it: `linux-x64-gnu`. */
function current() {
  const { platform, arch } = process;
  return platform === 'linux' ? `${platform}-${arch}-${libc()}` : `${platform}-${arch}`;
}

module.exports = { packages, packageOf, current };
