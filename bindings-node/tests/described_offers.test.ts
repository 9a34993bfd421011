// What every kind of offer can say of itself, and how it is listed: in both eras, for all four kinds.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { type McpServer, ResourceTemplate } from 'oxmcp';
import { completable } from 'oxmcp/server/completable.js';
import { z } from 'zod';
import { clientOf, emptyServer, modern } from './support/connected.js';

type Result = Record<string, unknown>;

/** A request in each era. */
const ERAS: Record<string, (server: McpServer, method: string, params?: object) => Promise<Result>> = {
  '2025-11-25': async (server, method, params = {}) => {
    const client = await clientOf(server);
    try {
      return (await client.request({ method, params } as never, ResultSchema)) as Result;
    } finally {
      await client.close();
    }
  },
  '2026-07-28': modern,
};

const LISTS = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
} as const;
const ICON = { src: 'https://a.example/icon.png', mimeType: 'image/png', sizes: ['48x48'] };
const ANNOTATIONS = { audience: ['user' as const], priority: 0.5 };

/** Registers so many of each kind, with what all of them can say. */
function offer(server: McpServer, count: number, told: { title?: string; description?: string } = {}): void {
  for (let number = 0; number < count; number += 1) {
    const extra = { ...told, icons: [ICON], _meta: { by: 'us' } };
    server.registerTool(`tool${number}`, extra, () => 'x');
    server.registerPrompt(`prompt${number}`, extra, () => 'x');
    const annotated = { ...extra, annotations: ANNOTATIONS };
    server.registerResource(`resource${number}`, `test://${number}`, annotated, () => 'x');
    const family = new ResourceTemplate(`test://${number}/{id}`, { list: undefined });
    server.registerResource(`template${number}`, family, annotated, () => 'x');
  }
}

for (const [era, ask] of Object.entries(ERAS)) {
  describe(`in ${era}`, () => {
    for (const [method, member] of Object.entries(LISTS)) {
      test(`${method} comes in pages`, async (t) => {
        const server = emptyServer({ listPageSize: 2 });
        t.after(() => server.close());
        offer(server, 5);
        const [names, sizes]: [string[], number[]] = [[], []];
        let cursor: unknown;
        do {
          const page = await ask(server, method, cursor === undefined ? {} : { cursor });
          const items = page[member] as { name: string }[];
          names.push(...items.map(({ name }) => name.slice(-1)));
          sizes.push(items.length);
          cursor = page.nextCursor;
        } while (cursor !== undefined);
        assert.deepEqual(
          [sizes, names],
          [
            [2, 2, 1],
            ['0', '1', '2', '3', '4'],
          ],
        );
      });

      test(`what ${method} has says its title, its icons and its _meta`, async (t) => {
        const server = emptyServer();
        t.after(() => server.close());
        offer(server, 1, { title: 'A title', description: 'What it is.' });
        const [item] = (await ask(server, method))[member] as Result[];
        assert.deepEqual([item?.title, item?.description], ['A title', 'What it is.']);
        assert.deepEqual([item?.icons, item?._meta], [[ICON], { by: 'us' }]);
        if (method.startsWith('resources')) assert.deepEqual(item?.annotations, ANNOTATIONS);
      });
    }

    test('results hold links, sounds and embedded resources', async (t) => {
      const server = emptyServer();
      t.after(() => server.close());
      const content = [
        { type: 'resource_link' as const, uri: 'test://x', name: 'x', title: 'X', icons: [ICON], size: 3 },
        { type: 'audio' as const, data: 'UklGRg==', mimeType: 'audio/wav', annotations: { priority: 1 } },
        {
          type: 'resource' as const,
          resource: { uri: 'test://x', mimeType: 'text/plain', text: 'x' },
          _meta: { by: 'us' },
        },
      ];
      server.registerTool('everything', {}, () => ({ content }));
      assert.deepEqual((await ask(server, 'tools/call', { name: 'everything' })).content, content);
    });

    test('completions are told what was filled in before', async (t) => {
      const server = emptyServer();
      t.after(() => server.close());
      const cities = (_value: string, context?: { arguments?: Record<string, string> }): string[] =>
        ({ norway: ['Oslo'], chile: ['Santiago'] })[context?.arguments?.country ?? ''] ?? [];
      server.registerPrompt(
        'travel',
        { argsSchema: { country: z.string(), city: completable(z.string(), cities) } },
        ({ city }) => city,
      );
      const plan = new ResourceTemplate('maps://{country}/{city}', {
        list: undefined,
        complete: { city: cities },
      });
      server.registerResource('plan', plan, {}, () => 'x');
      const refs = [
        { type: 'ref/prompt', name: 'travel' },
        { type: 'ref/resource', uri: 'maps://{country}/{city}' },
      ];
      for (const ref of refs) {
        for (const [country, expected] of [
          ['norway', ['Oslo']],
          ['chile', ['Santiago']],
          [undefined, []],
        ] as const) {
          const context = country === undefined ? {} : { context: { arguments: { country } } };
          const params = { ref, argument: { name: 'city', value: '' }, ...context };
          const { completion } = await ask(server, 'completion/complete', params);
          assert.deepEqual((completion as { values: string[] }).values, expected);
        }
      }
    });
  });
}

test('every list says how long it may be kept', async (t) => {
  for (const method of Object.keys(LISTS) as (keyof typeof LISTS)[]) {
    const server = emptyServer({ cacheHints: { [method]: { ttlMs: 5000, cacheScope: 'public' } } });
    t.after(() => server.close());
    offer(server, 1);
    for (const other of Object.keys(LISTS)) {
      const { ttlMs, cacheScope } = await modern(server, other);
      assert.deepEqual([ttlMs, cacheScope], other === method ? [5000, 'public'] : [0, 'private']);
    }
  }
});
