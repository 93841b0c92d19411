// A shop that an agent works with: its HTTP API, for tools of the agent's configuration, and an MCP server without a library, in one process.
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

const orders: Record<string, { state: string }> = {
  'A-1001': { state: 'on its way' },
  'A-1002': { state: 'delivered' },
}
const stock: Record<string, number> = { sencha: 12, assam: 0 }

const tools = [
  {
    name: 'stock_of',
    description: 'How many packets of a tea are in stock.',
    inputSchema: { type: 'object', properties: { tea: { type: 'string' } }, required: ['tea'] },
    annotations: { readOnlyHint: true },
  },
]

interface RpcRequest {
  id?: string | number
  method: string
  params?: { protocolVersion?: string; name?: string; arguments?: { tea?: string } }
}

/** The result of a request of the Model Context Protocol; null if it has none of that name. */
function carryOut({ method, params = {} }: RpcRequest): object | null {
  if (method === 'initialize') {
    const serverInfo = { name: 'shop', version: '1.0.0' }
    return { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo }
  }
  if (method === 'tools/list') return { tools }
  if (method !== 'tools/call' || params.name !== 'stock_of') return null
  const tea = params.arguments?.tea ?? ''
  const count = Object.hasOwn(stock, tea) ? stock[tea] : undefined
  const said = count === undefined ? `We do not have ${tea}.` : `${count} packets of ${tea}`
  return { content: [{ type: 'text', text: said }], isError: count === undefined }
}

const server = createServer(async (request, response) => {
  const send = (status: number, body?: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(body && JSON.stringify(body))
  if (request.headers.authorization !== `Bearer ${process.env['SHOP_TOKEN'] ?? 'the-token-of-the-shop'}`)
    return send(401)
  const [, part, number = ''] = request.url!.split('/')
  if (part === 'orders') return Object.hasOwn(orders, number) ? send(200, orders[number]) : send(404)
  if (part !== 'mcp' || request.method !== 'POST') return send(405)
  const { id, ...call } = JSON.parse(await text(request)) as RpcRequest
  // A notification has no id, and no answer.
  if (id === undefined) return send(202)
  const result = carryOut(call)
  const error = { code: -32_601, message: `Method not found: ${call.method}` }
  return send(200, { jsonrpc: '2.0', id, ...(result ? { result } : { error }) })
})
const port = Number(process.env['PORT'] ?? 4100)
server.listen(port, '127.0.0.1', () => console.log(`the shop is at http://127.0.0.1:${port}`))
