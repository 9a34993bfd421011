// The same in one call, from CommonJS.
const { McpServer, serveStdio } = require('oxmcp');

serveStdio(() => {
  const server = new McpServer({ name: 'stdio', version: '1.0.0' });
  server.registerTool('hello', {}, () => ({ content: [{ type: 'text', text: '"hello"' }] }));
  return server;
});
