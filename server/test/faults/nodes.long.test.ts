// Messages between two nodes are lost, before they are sent and after, and so are the nodes' connections.
import { openNodes, testLosses, testLostConnections } from './nodes.ts'

const playWith = openNodes()
testLosses(playWith, ['before', 'after'])
testLostConnections(playWith)
