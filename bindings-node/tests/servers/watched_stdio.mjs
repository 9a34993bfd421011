// A server on the process's own streams whose transport others put functions around; the argument says how. Standard error has what
// they see.
import { AsyncLocalStorage } from 'node:async_hooks';
import { McpServer } from 'oxmcp';
import { StdioServerTransport } from 'oxmcp/server/stdio.js';

const how = process.argv[2];
const span = new AsyncLocalStorage();
const server = new McpServer({ name: 'watched', version: '1.0.0' });
server.registerTool('span', {}, async () => {
  await null;
  return String(span.getStore());
});
server.registerTool('watch', {}, () => {
  wrap();
  return 'watched from here';
});
server.registerTool('close', {}, async () => {
  setImmediate(() => server.close());
  return 'closing';
});

const transport = new StdioServerTransport();
if (how === 'listener') transport.onmessage = ({ method }) => console.error(`> ${method}`);
transport.onerror = (error) => console.error(`! ${error.message}`);
await server.connect(transport);
if (how === 'define') {
  // As shimmer does, which OpenTelemetry uses.
  const { onmessage } = transport;
  Object.defineProperty(transport, 'onmessage', {
    configurable: true,
    writable: true,
    value: (message, extra) => {
      console.error(`> ${message.method}`);
      return onmessage.call(transport, message, extra);
    },
  });
} else if (how !== 'later' && how !== 'listener') wrap();

function wrap() {
  const { onmessage, send } = transport;
  transport.onmessage = function (message, extra) {
    console.error(`> ${message.method}`);
    if (how === 'failing' && message.method === 'ping') throw new Error('no ping');
    const goOn = () => onmessage.call(this, message, extra);
    return how === 'slow'
      ? new Promise((resolve) => setImmediate(resolve)).then(goOn)
      : span.run('a span', goOn);
  };
  transport.send = async function (message, options) {
    console.error(`< ${message.method ?? message.id}`);
    if (how === 'failing' && message.id === 1) throw new Error('no span');
    await null;
    return send.call(this, how === 'changing' ? { ...message, changed: true } : message, options);
  };
}
