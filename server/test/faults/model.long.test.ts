// The model's HTTP call fails, each in turn.
import { openLanes } from './lanes.ts'
import { model_calls, testFailures } from './model.ts'

testFailures(
  openLanes(),
  Array.from({ length: model_calls }, (_, index) => index + 1),
)
