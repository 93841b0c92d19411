// A server dies at some points around the requests of an execution; effects.long.test.ts has all.
import { testEffects } from './effects.ts'

testEffects(['execution.effect.committed 1', 'peer.post 1', 'peer.put 1', 'execution.request 3', 'peer.order 1'])
