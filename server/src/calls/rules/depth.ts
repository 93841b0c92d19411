// How deep chains of calls between agents, tools and workflows may be. Pure.

/** A chain of calls and events that is so deep does not go on. */
export const most_depth = 4

/** Says to the receiver of a request how deep the chain is that it is part of; Parley reads it again if it is the receiver. */
export const depthHeader = (depth: number) => ({ 'parley-depth': String(depth + 1) })
