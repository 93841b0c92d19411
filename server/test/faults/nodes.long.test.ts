// Messages between two nodes are lost, before they are sent and after.
import { openNodes, testLosses } from './nodes.ts'

testLosses(openNodes(), ['before', 'after'])
