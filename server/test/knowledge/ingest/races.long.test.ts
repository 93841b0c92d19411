// Every race at every point.
import { testRaces } from './races.ts'

const points = ['knowledge.converting', 'knowledge.chunked', 'knowledge.embedding', 'knowledge.switching'] as const

testRaces(points, [...points, 'knowledge.switched'])
