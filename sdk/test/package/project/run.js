import { use } from './use.js'

await use(process.env.PARLEY_PEER)
