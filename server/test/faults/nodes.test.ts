// Messages between two nodes are lost before they are sent; nodes.long.test.ts loses them after that, too.
import { openNodes, testLosses } from './nodes.ts'

testLosses(openNodes(), ['before'])
