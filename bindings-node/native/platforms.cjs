'use strict';
// The platforms a release has an engine for, and which of them this is.

const { builtin } = require('./builtin.cjs');

const { readFileSync } = builtin('node:fs');

/** A catch that only threw again would be taken for none. */
function notThere(error) {
  throw error;
}

/**
 * Each with the package that holds its engine. The requires are spelled out so that bundlers and file tracers see them, and
 * each is tried, so that bundlers pass over the platforms that are not installed.
 * @type {Record<string, () => unknown>}
 */
const packages = {
  'darwin-arm64': () => {
    try {
      return require('@oxmcp/binding-darwin-arm64');
    } catch (error) {
      return notThere(error);
    }
  },
  'darwin-x64': () => {
    try {
      return require('@oxmcp/binding-darwin-x64');
    } catch (error) {
      return notThere(error);
    }
  },
  'linux-arm64-gnu': () => {
    try {
      return require('@oxmcp/binding-linux-arm64-gnu');
    } catch (error) {
      return notThere(error);
    }
  },
  'linux-arm64-musl': () => {
    try {
      return require('@oxmcp/binding-linux-arm64-musl');
    } catch (error) {
      return notThere(error);
    }
  },
  'linux-x64-gnu': () => {
    try {
      return require('@oxmcp/binding-linux-x64-gnu');
    } catch (error) {
      return notThere(error);
    }
  },
  'linux-x64-musl': () => {
    try {
      return require('@oxmcp/binding-linux-x64-musl');
    } catch (error) {
      return notThere(error);
    }
  },
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
