// Some of the races; races.long.test.ts has all.
import { races, testRaces } from './races.ts'

testRaces(
  races.filter(
    ({ first, second, point }) =>
      (`${first} ${second}` === 'result cancel' && point.includes('begin')) ||
      (first === 'due' && second === 'resume' && point.endsWith('written')),
  ),
)
