import { describe, expect, it } from '@jest/globals'
import { generatorExpression } from '../../../src/orchestrator/refresh/generator-expression.ts'

const urlOf = (expression: string) => `http://prometheus:9090/graph?g0.expr=${encodeURIComponent(expression)}&g0.tab=1`

describe('the expression behind an alert', () => {
  it.each([
    ['sum(rate(errors[1m])) > 0.05', 'sum(rate(errors[1m]))', '> 0.05'],
    ['up == bool 0', 'up', '== 0'],
    ['a / b >= 1e-3', 'a / b', '>= 1e-3'],
    ['(a > 1) < -2', '(a > 1)', '< -2'],
    ['x{path=">"} != 3', 'x{path=">"}', '!= 3'],
  ])('%s is measured without its comparison', (expression, query, limit) => {
    expect(generatorExpression(urlOf(expression))).toEqual({ query, limit })
  })

  it.each(['up', 'a > b', 'a > 1 and b > 2', 'absent(up{job="a > 1"})', 'sum(a > 1)', 'x{path="> 1'])(
    '%s stays whole',
    (expression) => {
      expect(generatorExpression(urlOf(expression))).toEqual({ query: expression, limit: null })
    },
  )

  it.each([null, '', 'not a url', 'http://grafana/alerting/1', urlOf('x'.repeat(3_000))])('%s has none', (url) => {
    expect(generatorExpression(url)).toBeNull()
  })
})
