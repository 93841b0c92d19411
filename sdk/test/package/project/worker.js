// In workerd a program may fetch only while it handles something.
import { use } from './use.js'

export default { test: (_controller, { PARLEY_PEER }) => use(PARLEY_PEER) }
