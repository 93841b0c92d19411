// A visitor's browser, as far as the server sees it: it loads the frame, enters, and calls with the token it was given.
import type { Input, OperationId, Output } from '@parley/contract'
import { type Client, createClient } from '@parley/sdk'
import { callOperation } from '../support/call.ts'
import { publishAgent } from '../support/server.ts'

export type WidgetInput = Omit<Input<'createWebWidget'>, 'agent_id'>

/** A live widget of an agent of its own. */
export async function liveWidget(client: Client, widget: object = {}, config: object = {}) {
  const { agent_id, version_id } = await publishAgent(client, config)
  const created = await client.createWebWidget({ agent_id, published: true, ...widget } as Input<'createWebWidget'>)
  return { ...created, agent_id, version_id }
}

/** A server as browsers reach it. */
export interface Served {
  url: string
  app?: { core: { config: { sign_in: { public_url?: string | undefined } } } }
}

export interface BrowserOptions {
  url?: string
  /** Of the page that shows the frame; absent: the frame is a page of its own. */
  parent?: string
  /** What `X-Forwarded-For` says, if the server trusts that. */
  address?: string
}

export interface Visitor {
  token: string
  user_id: string
  verified: boolean
  active: Output<'enterWebWidget'>['active']
  /** Calls with the visitor's token, as the frame does. */
  client: Client
  start(input?: object): Promise<Output<'startWebWidgetConversation'>>
  call<Id extends OperationId>(id: Id, input?: object): Promise<Output<Id>>
}

/** The headers of the frame's own calls. */
export function pageFetch(headers: Record<string, string>): typeof fetch {
  return (url, init) => {
    const given = new Headers(init?.headers)
    for (const [name, value] of Object.entries(headers)) given.set(name, value)
    return fetch(url, { ...init, headers: given })
  }
}

export function frameClient(server: Served, { url = server.url, address }: BrowserOptions, token?: string): Client {
  const forwarded: Record<string, string> = address === undefined ? {} : { 'x-forwarded-for': address }
  return createClient({
    base_url: url,
    retries: 0,
    stream_patience_ms: 0,
    fetch: pageFetch({ origin: server.app?.core.config.sign_in.public_url ?? url, ...forwarded }),
    ...(token === undefined ? {} : { token }),
  })
}

export async function loadFrame(server: Served, id: string, { url = server.url, parent }: BrowserOptions = {}) {
  const query = parent === undefined ? '' : `?parentOrigin=${encodeURIComponent(parent)}`
  const response = await fetch(`${url}/public/embed/${id}/frame${query}`)
  const page = await response.text()
  return { response, page, embed_token: /name="parley-embed-token" content="([^"]*)"/.exec(page)?.[1] ?? '' }
}

export async function enter(
  server: Served,
  id: string,
  options: BrowserOptions = {},
  more: Omit<Input<'enterWebWidget'>, 'web_widget_id'> = {},
): Promise<Visitor> {
  const embed_token = more.embed_token ?? (await loadFrame(server, id, options)).embed_token
  const entered = await frameClient(server, options).enterWebWidget({ web_widget_id: id, ...more, embed_token })
  const client = frameClient(server, options, entered.visitor_token)
  const call = (operation: OperationId, input: object = {}) =>
    callOperation(client, operation, { web_widget_id: id, ...input })
  return {
    token: entered.visitor_token,
    ...entered.visitor,
    active: entered.active,
    client,
    call: call as Visitor['call'],
    start: (input = {}) => client.startWebWidgetConversation({ web_widget_id: id, ...input }),
  }
}

/** The conversation API with the token of a start. */
export function endUser(server: Served, token: string, options: BrowserOptions = {}): Client {
  return frameClient(server, options, token)
}
