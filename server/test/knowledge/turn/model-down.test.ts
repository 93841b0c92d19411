// K8 with some of the ways in which an embedding model is down; model-down.long.test.ts: with all of them.
import { testModelDown } from './model-down.ts'

testModelDown(5)
