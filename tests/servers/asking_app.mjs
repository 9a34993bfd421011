// The app of the asking server: the twin of asking_app.py.

const UI = 'io.modelcontextprotocol/ui';
const VIEW = 'ui://weather/view.html';
const MIME_TYPE = 'text/html;profile=mcp-app';
const PAGE = '<!doctype html><title>Weather</title><p>21 °C</p>';

/** Adds it to a server. */
export function register(server) {
  const ofTool = { ui: { resourceUri: VIEW, visibility: ['model', 'app'] } };
  const ofView = { ui: { csp: { connectDomains: ['https://example.com'] }, prefersBorder: true } };

  server.registerTool('weather_app', { description: 'Show the weather.', _meta: ofTool }, (ctx) => {
    const settings = ctx.clientCapabilities?.extensions?.[UI];
    return settings?.mimeTypes?.includes(MIME_TYPE) ? 'See the view.' : '21 °C';
  });
  server.registerResource(
    'weather_view',
    VIEW,
    { description: 'What is shown.', mimeType: MIME_TYPE, _meta: ofView },
    () => ({ contents: [{ uri: VIEW, mimeType: MIME_TYPE, text: PAGE, _meta: ofView }] }),
  );
}
