// Who the visitor is to the server: the visitor token, and a token for each conversation, each renewed before it ends.
import type { Api, Call, Reply } from './api.ts'
import { type Ports, pause } from './ports.ts'

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

export interface Welcomed {
  visitor: Visitor
  active: Started | null
  fault?: string
}

export type Entered = Welcomed | { fault: string; reply: Reply | null }

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
  /** Is told of each visitor that comes in, also when a call had to come in again. */
  onEntered(welcome: (entered: Welcomed) => void): void
  /** Aborted when the visitor logs out: what arrives later belongs to nobody. */
  visit(): AbortSignal
  logout(): void
}

/** An embed token lives five minutes. */
const embed_token_fresh_ms = 270_000
const renewed_before_ms = 60_000

export interface SessionGiven {
  ports: Ports
  api: Api
  /** `/core/public/web-widgets/{id}` */
  base: string
  embed_token: string
  keeper: TokenKeeper
  onIdentityExpired: () => void
}

export const isRefused = (access: Access | Reply): access is Reply => 'status' in access

export function createSession(given: SessionGiven): Session {
  const { ports, api, base, keeper } = given
  const accesses = createAccesses(ports)
  const door = createDoor(given)
  let visitor: Visitor | null = null
  let entering: Promise<Entered> | null = null
  let visit = new AbortController()
  let welcome: (entered: Welcomed) => void = () => {}

  const enter = async (identity?: unknown): Promise<Entered> => {
    const { signal } = visit
    const reply = await door.post(identity)
    if (signal.aborted) return { fault: 'logged_out', reply: null }
    if (reply?.code === 'identity_invalid' && identity) return { ...(await enter()), fault: 'identity_invalid' }
    if (!reply || reply.status >= 300) return { fault: reply?.code ?? 'unreachable', reply }
    const before = visitor
    visitor = reply.body['visitor'] as Visitor
    keeper.write(String(reply.body['visitor_token']))
    if (before && before.id !== visitor.id) accesses.clear()
    if (before?.verified && !visitor.verified) given.onIdentityExpired()
    const active = reply.body['active'] as Record<string, unknown> | null
    const entered = { visitor, active: active && accesses.readStart(active) }
    welcome(entered)
    return entered
  }
  const enterOnce = (identity?: unknown): Promise<Entered> => {
    if (identity === undefined && entering) return entering
    // One after the other: what is signed counts, whichever came first.
    const before = entering ?? Promise.resolve()
    const mine = before
      .then(() => door.alone(() => enter(identity)))
      .finally(() => {
        if (entering === mine) entering = null
      })
    entering = mine
    return mine
  }
  const call: Session['call'] = async (asked) => {
    const { signal } = visit
    const send = () => api({ ...asked, token: keeper.read() ?? undefined })
    if (entering) await entering
    const isKnown = keeper.read() !== null
    let reply = isKnown ? await send() : null
    if (!signal.aborted && (!isKnown || reply?.status === 401)) {
      const entered = await enterOnce()
      reply = 'visitor' in entered ? await send() : entered.reply
    }
    return signal.aborted ? null : reply
  }

  return {
    enter: enterOnce,
    call,
    readStart: accesses.readStart,
    forgetAccess: accesses.forget,
    visit: () => visit.signal,
    onEntered: (listener) => void (welcome = listener),
    access: (conversation_id) =>
      accesses.get(conversation_id, () =>
        call({ method: 'POST', path: `${base}/conversations/${conversation_id}/token` }),
      ),
    logout() {
      visit.abort()
      visit = new AbortController()
      keeper.write(null)
      accesses.clear()
      visitor = null
      entering = null
    },
  }
}

const shared_at_most_ms = 5000
const contended_ms = 5
const looks_at_most = 10
const settled_ms = 30

/** Where visitors come in: with an embed token that is fresh, and of a browser's tabs one at a time. */
function createDoor({ ports, api, base, keeper, ...given }: SessionGiven) {
  let embed = { token: given.embed_token, since: ports.now() }
  const renew = async (): Promise<boolean> => {
    const token = await ports.readEmbedToken()
    if (token === null || token === embed.token) return false
    embed = { token, since: ports.now() }
    return true
  }
  return {
    async post(identity: unknown): Promise<Reply | null> {
      if (ports.now() - embed.since > embed_token_fresh_ms) await renew()
      const send = () => {
        const visitor_token = keeper.read()
        const body = {
          embed_token: embed.token,
          ...(visitor_token ? { visitor_token } : {}),
          ...(identity ? { identity } : {}),
        }
        return api({ method: 'POST', path: `${base}/visitors`, body })
      }
      const known = keeper.read()
      const reply = await send()
      // Of two tabs that have come in at once, both are whom the first is.
      if (!known && !identity && keeper.read()) return send()
      if (reply?.status !== 401 && reply?.code !== 'origin_not_allowed') return reply
      // The page may have slept past the token's end.
      return (await renew()) ? send() : reply
    },
    /** Tabs that come in for the first time at once would be as many visitors: the second comes in as the first. */
    async alone(enter: () => Promise<Entered>): Promise<Entered> {
      if (!ports.lock || keeper.read() !== null) return enter()
      const patience = new AbortController()
      const stop = ports.after(shared_at_most_ms, () => patience.abort())
      let looks = 0
      ports.after(contended_ms, () => (looks = looks_at_most))
      let entered: Promise<Entered> | null = null
      const run = async () => {
        stop()
        // What the tab before has stored may take a moment until it is seen here.
        for (; looks > 0 && keeper.read() === null; looks -= 1) await pause(ports, settled_ms, patience.signal)
        entered = enter()
        await entered
      }
      await ports.lock(`parley-${base}`, patience.signal, run).catch(() => {})
      return entered ?? enter()
    },
  }
}

/** A token for each conversation, as long as it can be used. */
function createAccesses(ports: Ports) {
  const known = new Map<string, Access>()
  const readStart = ({ conversation, token, permissions, expires_at, resumed }: Record<string, unknown>) => {
    const id = (conversation as { id?: unknown } | null | undefined)?.id
    if (typeof id !== 'string' || typeof token !== 'string') return null
    known.set(id, {
      token,
      permissions: Array.isArray(permissions) ? permissions : [],
      expires_at: Date.parse(String(expires_at)) || ports.now() + 3_600_000,
    })
    return { conversation_id: id, isResumed: resumed === true }
  }
  return {
    readStart,
    clear: () => known.clear(),
    forget: (conversation_id: string) => void known.delete(conversation_id),
    async get(conversation_id: string, renew: () => Promise<Reply | null>): Promise<Access | Reply | null> {
      const access = known.get(conversation_id)
      if (access && access.expires_at - ports.now() > renewed_before_ms) return access
      const reply = await renew()
      if (!reply || reply.status >= 300) return reply
      readStart({ ...reply.body, conversation: { id: conversation_id } })
      return known.get(conversation_id) ?? null
    },
  }
}
