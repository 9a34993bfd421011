// `@modelcontextprotocol/sdk` 1.x with the benchmark's tools: sessions, or stdio.

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';
import {
  asResult,
  commandLine,
  offersContextTools,
  QUESTION,
  STEPS,
  stepsShape,
  tools,
} from './catalogue.mjs';
import { serveSessions } from './sessions.mjs';

const options = commandLine();
const FORM = { type: 'object', properties: { sure: { type: 'boolean' } }, required: ['sure'] };
const text = (text) => ({ content: [{ type: 'text', text }] });

function makeServer() {
  const server = new McpServer({ name: 'load', version: '1.0.0' });
  for (const tool of tools(z, options)) {
    const { name, description, shape, output } = tool;
    const config = { description, inputSchema: shape, ...(output && { outputSchema: output }) };
    server.registerTool(name, config, asResult(tool));
  }
  if (offersContextTools(options)) registerContextTools(server);
  return server;
}

function registerContextTools(server) {
  const steps = {
    description: 'Return the text after some reports of progress.',
    inputSchema: stepsShape(z),
  };
  server.registerTool('steps', steps, async (args, { _meta, sendNotification }) => {
    for (let progress = 1; progress <= STEPS; progress += 1) {
      const params = { progressToken: _meta.progressToken, progress, total: STEPS };
      await sendNotification({ method: 'notifications/progress', params });
    }
    return text(args.text);
  });
  server.registerTool('confirm', { description: 'Ask for a confirmation.' }, async ({ requestId }) => {
    const question = { mode: 'form', message: QUESTION, requestedSchema: FORM };
    const { action, content } = await server.server.elicitInput(question, { relatedRequestId: requestId });
    return text(action === 'accept' && content.sure ? 'sure' : 'not sure');
  });
}

if (options.stdio) {
  await makeServer().connect(new StdioServerTransport());
} else {
  serveSessions(options, (settings) => new StreamableHTTPServerTransport(settings), makeServer);
}
