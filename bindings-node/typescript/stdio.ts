// Stdio, by its later path.

export * from './serving/stdio/stdio_transport.js';
