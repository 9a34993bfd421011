// A server on the process's own streams that does what careless programs do; the argument says what.
import { McpServer } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';

const what = process.argv[2];
const server = new McpServer({ name: 'stdio', version: '1.0.0' });
server.registerTool('hello', {}, () => {
  console.log('printed by a tool');
  process.stdout.write('written by a tool\n');
  return { content: [{ type: 'text', text: '"hello"' }] };
});
if (what === 'resume') {
  await server.connect(new StdioServerTransport());
  process.stdin.resume();
  process.stdin.on('end', () => console.error('stdin ended'));
  process.stdin.on('close', () => {
    console.error('stdin closed');
    process.exit(7);
  });
} else if (what === 'orphan' || what === 'keeper') {
  const transport = new StdioServerTransport(undefined, undefined, { exitOnEnd: what === 'orphan' });
  transport.onclose = () => {
    console.error('transport closed');
    if (what === 'keeper') setTimeout(() => process.exit(9), 10);
  };
  await server.connect(transport);
  setInterval(() => {}, 1000);
} else if (what === 'blocked') {
  server.registerTool('block', {}, () => {
    for (;;);
  });
  const shutdownGraceSeconds = process.argv[3] === 'hasty' ? 0.1 : undefined;
  await server.connect(new StdioServerTransport(undefined, undefined, { shutdownGraceSeconds }));
} else if (what === 'short') {
  await server.connect(new StdioServerTransport(undefined, undefined, { maxBufferSize: 4e6 }));
} else if (what === 'listener') {
  process.stdin.on('close', () => console.error('an older listener heard of the end'));
  await server.connect(new StdioServerTransport(process.stdin, process.stdout));
} else {
  await server.connect(new StdioServerTransport());
}
console.log('printed after connect');
