// K8 with each way in which an embedding model is down.
import { testModelDown } from './model-down.ts'

testModelDown(1)
