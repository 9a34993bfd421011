// A FastMCP server on stdio, as a program of its own.
import { FastMCP } from 'oxmcp/fast';

const server = new FastMCP({ name: 'fast-stdio', version: '1.0.0' });
server.addTool({
  name: 'shout',
  parameters: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  execute: async ({ text }) => {
    console.log('this is not for the client');
    return text.toUpperCase();
  },
});
await server.start({ transportType: 'stdio' });
