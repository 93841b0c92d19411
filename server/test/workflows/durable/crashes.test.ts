// A server dies at some pause points of an execution; crashes.long.test.ts has all.
import { testCrashes } from './crashes.ts'

testCrashes(['execution.begin.written', 'execution.effect.committed', 'execution.answered', 'execution.wait.committed'])
