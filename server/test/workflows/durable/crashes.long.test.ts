// A server dies at each pause point of an execution.
import { crashPoints, testCrashes } from './crashes.ts'

testCrashes(crashPoints)
