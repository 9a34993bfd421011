// Stdio, by its later path.

export * from './server/stdio.js';
