// A metered Jinja interpreter: every node, every value and every operation that can multiply its operands is charged to one
// budget before the library runs it, so that no template can run long or grow large.
import { Environment, Interpreter } from '@huggingface/jinja'
import { ownFilters } from './rules/own-filters.ts'
import { with_marker } from './syntax.ts'
import {
  type Node,
  TemplateError,
  type Value,
  constant,
  countElements,
  emptyList,
  emptyText,
  filters,
  filtersWithArguments,
  isInteger,
  isList,
  isMapping,
  isNothing,
  isText,
  nothing,
  toValue,
} from './values.ts'

/** The limit for any intermediate value, in characters, with 16 for each element. */
const max_value_size = 1_000_000
const max_value_depth = 128
const max_evaluation_depth = 200
/** Units of about half a microsecond: evaluating one small node, or 64 characters of a result. */
export const max_work = 200_000

/** Characters that no text may contain. They enclose the index of each printed value. */
export const printedPlace = /\ufdd0(\d+)\ufdd1/
const placeOf = (index: number) => `\ufdd0${index}\ufdd1`

interface Arguments {
  nodes: Node[]
  positional: Value[]
  keyword: Map<string, Value>
}

interface Measure {
  size: number
  depth: number
}

/**
 * Evaluates one template once. Undefined and null are both treated as nothing, and any operation on nothing gives nothing.
 * A function that is not called is also nothing, so it can neither be printed nor be called under a name that hides its cost.
 */
export class MeteredInterpreter extends Interpreter {
  readonly #node_count: number
  readonly #printed: string[] | null
  readonly #measures = new WeakMap<Value, Measure>()
  #work_left: number
  #depth = 0

  /** `node_count` is the size of the whole template. Printed values are appended to `printed`, if given. */
  constructor(scope: Environment, node_count: number, work: number, printed: string[] | null) {
    super(scope)
    this.#node_count = node_count
    this.#work_left = work
    this.#printed = printed
  }

  /** Negative if the budget was exceeded. */
  get workLeft(): number {
    return this.#work_left
  }

  evaluate(node: Node | undefined, scope: Environment): Value {
    if (node === undefined) return nothing
    if (node.type === 'Constant') return node['value'] as Value
    if (++this.#depth > max_evaluation_depth) throw new TemplateError('the template is nested too deeply')
    try {
      this.#spend(1)
      const value = this.#evaluateNode(node, scope)
      return value.type === 'FunctionValue' ? nothing : value
    } finally {
      this.#depth--
    }
  }

  #evaluateNode(node: Node, scope: Environment): Value {
    switch (node.type) {
      case 'Output':
        return this.#evaluateOutput(node, scope)
      case 'Identifier':
        return this.#lookUp(node, scope)
      case 'MemberExpression':
        return this.#evaluateMember(node, scope).value
      case 'CallExpression':
        return this.#evaluateCall(node, scope)
      case 'CallStatement':
        return this.#evaluateCallBlock(node, scope)
      case 'FilterExpression':
        return this.#filter(this.evaluate(node['operand'] as Node, scope), node['filter'] as Node, scope)
      case 'FilterStatement':
        return this.#filter(this.#evaluateBody(node, scope), node['filter'] as Node, scope)
      case 'BinaryExpression':
        return this.#evaluateBinary(node, scope)
      case 'UnaryExpression':
        return this.#evaluateUnary(node, scope)
      case 'TestExpression':
        return this.#evaluateTest(node, scope)
      case 'For':
        return this.#evaluateLoop(node, scope)
      case 'Set':
        return this.#evaluateAssignment(node, scope)
      case 'Macro':
        // The library walks through the body whenever a macro is defined.
        this.#spend(this.#node_count / 4)
        return super.evaluate(node, scope)
      case 'Break':
      case 'Continue':
        this.#spend(50)
        return super.evaluate(node, scope)
      default:
        return this.#evaluateByLibrary(node, scope)
    }
  }

  /** An expression whose value is printed. Lists and mappings become JSON. */
  #evaluateOutput(node: Node, scope: Environment): Value {
    const value = this.evaluate(node['expression'] as Node, scope)
    this.#spendOnText(value)
    if (this.#printed === null || !node['is_part'] || isNothing(value)) return value
    return toValue(placeOf(this.#printed.push(String(value)) - 1))
  }

  #evaluateByLibrary(node: Node, scope: Environment): Value {
    // `first` and `last` of an empty list do not return a value object.
    return this.#admit(super.evaluate(node, scope) ?? nothing)
  }

  #admit(value: Value): Value {
    const { size, depth } = this.#measure(value)
    if (size > max_value_size) throw new TemplateError('a value is too large')
    if (depth > max_value_depth) throw new TemplateError('a value is nested too deeply')
    this.#spend(size / 64)
    return value
  }

  #evaluateBody(node: Node, scope: Environment): Value {
    return this.#evaluateByLibrary({ type: 'Program', body: node['body'] }, scope)
  }

  #spend(work: number): void {
    this.#work_left -= work
    // Written so that NaN fails too.
    if (!(this.#work_left >= 0)) throw new TemplateError('the template takes too long; simplify it')
  }

  /** Charges for converting a value to text, and refuses one that is too large. */
  #spendOnText(value: Value): void {
    const { size } = this.#measure(value)
    if (size > max_value_size) throw new TemplateError('a value is too large')
    this.#spend(isText(value) ? size / 64 : size / 8)
  }

  /** Searching in a text costs the product of both lengths at worst. */
  #spendOnSearch(text: Value | undefined, part: Value | undefined): void {
    if (isText(text) && isText(part)) this.#spend((text.value.length * part.value.length) / 2500)
  }

  #measure(value: Value): Measure {
    if (isText(value)) return { size: value.value.length, depth: 0 }
    const children = isList(value) ? value.value : isMapping(value) ? [...value.value.values()] : null
    if (children === null) return { size: 1, depth: 0 }
    const known = this.#measures.get(value)
    if (known !== undefined) return known
    const measure = { size: 16, depth: 1 }
    if (isMapping(value)) for (const key of value.value.keys()) measure.size += key.length
    for (const child of children) {
      // Namespaces are mutable: inside other values they could form cycles, or grow after they were measured.
      if (child.type === 'NamespaceValue') throw new TemplateError('a namespace cannot be part of another value')
      const { size, depth } = this.#measure(child)
      measure.size += 16 + size
      measure.depth = Math.max(measure.depth, depth + 1)
    }
    if (value.type !== 'NamespaceValue') this.#measures.set(value, measure)
    return measure
  }

  /** The library looks names up by throwing, which costs far more than checking first. */
  #lookUp(node: Node, scope: Environment): Value {
    const name = node['value'] as string
    let hops = 0
    for (let place: Environment | undefined = scope; place !== undefined; place = place.parent, hops++) {
      const value = place.variables.get(name)
      if (value !== undefined) return value
    }
    this.#spend(hops / 8)
    return nothing
  }

  #evaluateMember(node: Node, scope: Environment): { object: Value; value: Value } {
    const object = this.evaluate(node['object'] as Node, scope)
    if (isNothing(object)) return { object, value: nothing }
    let property = node['property'] as Node
    if (property.type === 'SliceExpression') {
      this.#spend(this.#measure(object).size / 16)
      const value = this.#evaluateByLibrary({ ...node, object: constant(object) }, scope)
      return { object, value }
    }
    if (node['computed']) {
      const key = this.evaluate(property, scope)
      const isKey = isText(key) || (isInteger(key) && (isList(object) || isText(object)))
      if (!isKey) return { object, value: nothing }
      property = constant(key)
    }
    this.#spend(5)
    return { object, value: super.evaluate({ ...node, object: constant(object), property }, scope) }
  }

  /** The value of a node in a place where a function is allowed. */
  #evaluateCallable(node: Node, scope: Environment): { object: Value | null; value: Value } {
    if (node.type === 'MemberExpression') return this.#evaluateMember(node, scope)
    return { object: null, value: node.type === 'Identifier' ? this.#lookUp(node, scope) : this.evaluate(node, scope) }
  }

  #evaluateCall(node: Node, scope: Environment): Value {
    const { object, value: callee } = this.#evaluateCallable(node['callee'] as Node, scope)
    if (object !== null && isNothing(object)) return nothing
    const given = this.#evaluateArguments(node['args'] as Node[], scope)
    if (object !== null) this.#spendOnOperation(this.#nameOfMethod(node['callee'] as Node, scope), object, given)
    return this.#evaluateByLibrary({ ...node, callee: constant(callee), args: given.nodes }, scope)
  }

  #nameOfMethod(node: Node, scope: Environment): string {
    const property = node['property'] as Node
    return String(node['computed'] ? this.evaluate(property, scope).value : property['value'])
  }

  #evaluateCallBlock(node: Node, scope: Environment): Value {
    this.#spend(this.#node_count / 4)
    const call = node['call'] as Node
    const callee = constant(this.#lookUp(call['callee'] as Node, scope))
    return this.#evaluateByLibrary({ ...node, call: { ...call, callee } }, scope)
  }

  #evaluateArguments(args: Node[], scope: Environment): Arguments {
    const given: Arguments = { nodes: [], positional: [], keyword: new Map() }
    for (const node of args) {
      const field = node.type === 'KeywordArgumentExpression' ? 'value' : 'argument'
      if (node.type === 'KeywordArgumentExpression') {
        const value = this.evaluate(node['value'] as Node, scope)
        given.keyword.set((node['key'] as Node)['value'] as string, value)
        given.nodes.push({ ...node, [field]: constant(value) })
      } else if (node.type === 'SpreadExpression' || node.type === 'KeywordSpreadExpression') {
        const value = this.evaluate(node['argument'] as Node, scope)
        this.#spend(countElements(value) / 4)
        if (isList(value)) for (const item of value.value) given.positional.push(item)
        else if (isMapping(value)) for (const [key, item] of value.value) given.keyword.set(key, item)
        given.nodes.push({ ...node, [field]: constant(value) })
      } else {
        const value = this.evaluate(node, scope)
        given.positional.push(value)
        // Some filters require literals.
        given.nodes.push(node.type === 'StringLiteral' ? node : constant(value))
      }
    }
    return given
  }

  #filter(operand: Value, filter: Node, scope: Environment): Value {
    const callee = filter.type === 'CallExpression' ? (filter['callee'] as Node) : filter
    const name = callee['value'] as string
    const given = this.#evaluateArguments(filter === callee ? [] : (filter['args'] as Node[]), scope)
    if (isNothing(operand)) {
      const kind = filters.get(name)
      if (kind === 'nothing') return nothing
      if (kind !== undefined && kind !== 'itself') operand = kind === 'text' ? emptyText : emptyList
    }
    this.#spendOnOperation(name, operand, given)
    const own = ownFilters.get(name)
    if (own) return this.#applyOwn(own, operand, given)
    const isBare = given.nodes.length === 0 && !filtersWithArguments.has(name)
    const applied = isBare ? callee : { type: 'CallExpression', callee, args: given.nodes }
    return this.#evaluateByLibrary({ type: 'FilterExpression', operand: constant(operand), filter: applied }, scope)
  }

  #applyOwn(filter: NonNullable<ReturnType<typeof ownFilters.get>>, operand: Value, given: Arguments): Value {
    const { size } = this.#measure(operand)
    const sizes = [...given.positional, ...given.keyword.values()].map((value) => this.#measure(value).size)
    const most = Math.max(0, ...sizes)
    // Each element can have a path to an attribute, and each placeholder of a format an argument.
    const count = isText(operand) ? operand.value.split('%').length : countElements(operand)
    if (size + count * most > max_value_size) throw new TemplateError('a value is too large')
    this.#spend(count + (size + count * most) / 16)
    return this.#admit(filter(operand, given))
  }

  /** Charges for a filter or method before it runs, and refuses it if the result would be much larger than its operands. */
  #spendOnOperation(name: string, operand: Value, given: Arguments): void {
    const { size, depth } = this.#measure(operand)
    const count = countElements(operand)
    const [first, second] = given.positional
    let growth = 0
    if (name === 'join' || name === 'string' || name === 'tojson') this.#spendOnText(operand)
    if (name === 'join') growth = count * this.#sizeOf(first ?? given.keyword.get('separator'))
    if (name === 'indent') growth = this.#indentGrowth(operand, first ?? given.keyword.get('width'))
    if (name === 'tojson') {
      const indent = given.keyword.get('indent')
      const padding = isInteger(indent) ? Math.abs(indent.value) * (depth + 1) : 0
      growth = (size / 16 + 1) * (padding + this.#sizeOf(given.keyword.get('separators')))
    }
    if (name === 'replace') {
      this.#spendOnSearch(operand, first)
      growth = (size / Math.max(1, this.#sizeOf(first)) + 1) * this.#sizeOf(second)
    }
    if (name === 'split') this.#spendOnSearch(operand, first)
    if (name === 'sort' || name === 'dictsort' || name === 'map') {
      const attribute = this.#sizeOf(given.positional[2] ?? given.keyword.get('attribute'))
      this.#spend(((size + count * attribute) * Math.log2(count + 2)) / 16)
    }
    if (!(growth <= max_value_size)) throw new TemplateError('a value is too large')
    this.#spend(size / 64 + growth / 64)
  }

  #sizeOf(value: Value | undefined): number {
    return value === undefined ? 0 : this.#measure(value).size
  }

  #indentGrowth(operand: Value, width: Value | undefined): number {
    if (!isText(operand)) return 0
    return operand.value.split('\n').length * (isInteger(width) ? Math.max(0, width.value) : 4)
  }

  #evaluateBinary(node: Node, scope: Environment): Value {
    const operator = (node['operator'] as Node)['value'] as string
    if (operator === 'and' || operator === 'or') return this.#evaluateByLibrary(node, scope)
    let left = this.evaluate(node['left'] as Node, scope)
    let right = this.evaluate(node['right'] as Node, scope)
    const isMembership = operator === 'in' || operator === 'not in'
    if (isMembership) this.#spend(this.#measure(right).size / 64)
    else for (const side of [left, right]) this.#spendOnText(side)
    const isMissing = isNothing(left) || isNothing(right)
    if (isMembership) {
      if (isMissing) return toValue(operator === 'not in')
      this.#spendOnSearch(right, left)
    } else if (isMissing && operator !== '==' && operator !== '!=') {
      const isConcatenation = operator === '~' || (operator === '+' && (isText(left) || isText(right)))
      if (!isConcatenation) return nothing
      if (isNothing(left)) left = emptyText
      if (isNothing(right)) right = emptyText
    } else if (isText(left) && isText(right)) {
      if (operator === '<') return toValue(left.value < right.value)
      if (operator === '<=') return toValue(left.value <= right.value)
      if (operator === '>') return toValue(left.value > right.value)
      if (operator === '>=') return toValue(left.value >= right.value)
    }
    return this.#evaluateByLibrary({ ...node, left: constant(left), right: constant(right) }, scope)
  }

  #evaluateUnary(node: Node, scope: Environment): Value {
    const argument = this.evaluate(node['argument'] as Node, scope)
    if (isNothing(argument) && (node['operator'] as Node)['value'] !== 'not') return nothing
    return this.#evaluateByLibrary({ ...node, argument: constant(argument) }, scope)
  }

  #evaluateTest(node: Node, scope: Environment): Value {
    const { value } = this.#evaluateCallable(node['operand'] as Node, scope)
    const test = (node['test'] as Node)['value']
    if (isNothing(value) && (test === 'odd' || test === 'even')) return toValue(node['negate'])
    this.#spend(this.#measure(value).size / 64)
    return this.#evaluateByLibrary({ ...node, operand: constant(value) }, scope)
  }

  /** Runs in its own scope. Its assignments do not see each other. */
  #evaluateWith(node: Node, scope: Environment): Value {
    const assigned = this.evaluate(node['iterable'] as Node, scope)
    const inner = new Environment(scope)
    if (isMapping(assigned)) for (const [name, value] of assigned.value) inner.variables.set(name, value as never)
    return this.#evaluateBody(node, inner)
  }

  #evaluateLoop(node: Node, scope: Environment): Value {
    if ((node['loopvar'] as Node)['value'] === with_marker) return this.#evaluateWith(node, scope)
    const iterable = node['iterable'] as Node
    const isSelected = iterable.type === 'SelectExpression'
    const source = this.evaluate(isSelected ? (iterable['lhs'] as Node) : iterable, scope)
    const items = constant(isNothing(source) ? emptyList : source)
    this.#spend(8 * countElements(source))
    return this.#evaluateByLibrary({ ...node, iterable: isSelected ? { ...iterable, lhs: items } : items }, scope)
  }

  #evaluateAssignment(node: Node, scope: Environment): Value {
    const assignee = node['assignee'] as Node
    if (assignee.type !== 'MemberExpression') return this.#evaluateByLibrary(node, scope)
    const target = this.evaluate(assignee['object'] as Node, scope)
    const isExpression = node['value'] !== null
    const value: Value = isExpression ? this.evaluate(node['value'] as Node, scope) : this.#evaluateBody(node, scope)
    if (value.type === 'NamespaceValue') throw new TemplateError('a namespace cannot be part of another value')
    if (this.#sizeOf(target) + this.#sizeOf(value) > max_value_size) throw new TemplateError('a value is too large')
    this.#spend(countElements(target))
    const object = constant(target)
    return this.#evaluateByLibrary({ ...node, assignee: { ...assignee, object }, value: constant(value) }, scope)
  }
}
