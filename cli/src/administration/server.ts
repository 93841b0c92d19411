// The server's code and its database, loaded by the commands that need them.
export type Server = typeof import('@parley/server')

export const loadServer = (): Promise<Server> => import('@parley/server')

export const withDatabase: typeof import('../database.ts').withDatabase = async (work) => {
  const { withDatabase: open } = await import('../database.ts')
  return open(work)
}
