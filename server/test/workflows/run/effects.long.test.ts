// A server dies at each point around the requests of an execution.
import { effectPoints, testEffects } from './effects.ts'

testEffects(effectPoints)
