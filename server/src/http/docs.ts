// The API reference: the OpenAPI document and a page that renders it, both without any other server.
import scalar from '@scalar/fastify-api-reference'
import type { FastifyInstance } from 'fastify'

export async function registerDocs(server: FastifyInstance, document: object): Promise<void> {
  const text = JSON.stringify(document)
  server.get('/openapi.json', async (_request, reply) => reply.type('application/json; charset=utf-8').send(text))
  await server.register(scalar, {
    routePrefix: '/docs',
    configuration: {
      pageTitle: 'Parley API',
      content: text,
      withDefaultFonts: false,
      hideClientButton: true,
      telemetry: false,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
      documentDownloadType: 'json',
    },
  })
}
