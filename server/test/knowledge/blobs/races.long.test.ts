// More seeds.
import { testSeeds } from './races.ts'

testSeeds([2, 3], 60)
