// Who the visitor is to the server: the visitor token, and a token for each conversation, each renewed before it ends.
import type { Api, Call, Reply } from './api.ts'
import type { Ports } from './ports.ts'

export interface Visitor {
  id: string
  user_id: string
  verified: boolean
  name: string | null
}

/** The answer of a start. */
export interface Started {
  conversation_id: string
  isResumed: boolean
}

export interface Access {
  token: string
  permissions: readonly string[]
  expires_at: number
}

export interface TokenKeeper {
  read(): string | null
  write(token: string | null): void
}

export type Entered =
  | { visitor: Visitor; active: Started | null; fault?: string }
  | { fault: string; reply: Reply | null }

export interface Session {
  /** `identity` is signed by the site; without it the visitor stays who they are. */
  enter(identity?: unknown): Promise<Entered>
  /** With the visitor's token; enters first, and again when the token is refused. */
  call(call: Omit<Call, 'token'>): Promise<Reply | null>
  /** Null: no answer. A reply: it was refused. */
  access(conversation_id: string): Promise<Access | Reply | null>
  forgetAccess(conversation_id: string): void
  /** Reads the conversation and its token of a start's answer. */
  readStart(body: Record<string, unknown>): Started | null
  logout(): void
}

/** An embed token lives five minutes. */
const embed_token_fresh_ms = 270_000
const renewed_before_ms = 60_000

interface Given {
  ports: Ports
  api: Api
  /** `/core/public/web-widgets/{id}` */
  base: string
  embed_token: string
  keeper: TokenKeeper
  onIdentityExpired: () => void
}

export const isRefused = (access: Access | Reply): access is Reply => 'status' in access

export function createSession({ ports, api, base, embed_token, keeper, onIdentityExpired }: Given): Session {
  let embed = { token: embed_token, since: ports.now() }
  let visitor: Visitor | null = null
  let entering: Promise<Entered> | null = null
  const accesses = new Map<string, Access>()

  const readStart = (body: Record<string, unknown>): Started | null => {
    const { conversation, token, permissions, expires_at } = body
    const id = (conversation as { id?: unknown } | null | undefined)?.id
    if (typeof id !== 'string' || typeof token !== 'string') return null
    accesses.set(id, {
      token,
      permissions: Array.isArray(permissions) ? permissions : [],
      expires_at: Date.parse(String(expires_at)) || ports.now() + 3_600_000,
    })
    return { conversation_id: id, isResumed: body['resumed'] === true }
  }

  const post = async (identity: unknown): Promise<Reply | null> => {
    if (ports.now() - embed.since > embed_token_fresh_ms) await renewEmbedToken()
    const send = () => {
      const visitor_token = keeper.read()
      const body = {
        embed_token: embed.token,
        ...(visitor_token ? { visitor_token } : {}),
        ...(identity ? { identity } : {}),
      }
      return api({ method: 'POST', path: `${base}/visitors`, body })
    }
    const reply = await send()
    if (reply?.status !== 401 && reply?.code !== 'origin_not_allowed') return reply
    // The page may have slept past the token's end.
    return (await renewEmbedToken()) ? send() : reply
  }
  const renewEmbedToken = async (): Promise<boolean> => {
    const token = await ports.readEmbedToken()
    if (token === null || token === embed.token) return false
    embed = { token, since: ports.now() }
    return true
  }

  const enter = async (identity?: unknown): Promise<Entered> => {
    const wasVerified = visitor?.verified === true
    const reply = await post(identity)
    if (reply?.code === 'identity_invalid' && identity) {
      const entered = await enter()
      return { ...entered, fault: 'identity_invalid' } as Entered
    }
    if (!reply || reply.status >= 300) return { fault: reply?.code ?? 'unreachable', reply }
    const { visitor_token, visitor: found, active } = reply.body
    keeper.write(String(visitor_token))
    const before = visitor
    visitor = found as Visitor
    if (before && before.id !== visitor.id) accesses.clear()
    if (wasVerified && !visitor.verified) onIdentityExpired()
    return { visitor, active: active ? readStart(active as Record<string, unknown>) : null }
  }
  const enterOnce = (identity?: unknown): Promise<Entered> => {
    if (identity === undefined && entering) return entering
    const mine = enter(identity).finally(() => {
      if (entering === mine) entering = null
    })
    entering = mine
    return mine
  }

  const call: Session['call'] = async (given) => {
    if (entering) await entering
    if (keeper.read() === null) {
      const entered = await enterOnce()
      if (!('visitor' in entered)) return entered.reply
    }
    const reply = await api({ ...given, token: keeper.read() ?? undefined })
    if (reply?.status !== 401) return reply
    const entered = await enterOnce()
    if (!('visitor' in entered)) return entered.reply
    return api({ ...given, token: keeper.read() ?? undefined })
  }

  return {
    enter: enterOnce,
    call,
    readStart,
    async access(conversation_id) {
      const known = accesses.get(conversation_id)
      if (known && known.expires_at - ports.now() > renewed_before_ms) return known
      const reply = await call({ method: 'POST', path: `${base}/conversations/${conversation_id}/token` })
      if (!reply || reply.status >= 300) return reply
      readStart({ ...reply.body, conversation: { id: conversation_id } })
      return accesses.get(conversation_id) ?? null
    },
    forgetAccess: (conversation_id) => void accesses.delete(conversation_id),
    logout() {
      keeper.write(null)
      accesses.clear()
      visitor = null
      entering = null
    },
  }
}
