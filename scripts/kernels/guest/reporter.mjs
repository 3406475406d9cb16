/**
 * A reporter of Vitest's that says each thing at once, as a line of JSON: what runs, and how it
 * ended.
 */
import { appendFileSync } from 'node:fs';
import process from 'node:process';

const to = process.env['SPOOR_KERNEL_REPORT'] ?? '/dev/null';

/**
 * Plain ASCII, so that no piece of a serial line ends within a character.
 *
 * @param {object} message
 */
export function tell(message) {
  const text = JSON.stringify(message).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  appendFileSync(to, `${text}\n`);
}

/**
 * @param {import('vitest/node').TestCase | import('vitest/node').TestSuite |
 *   import('vitest/node').TestModule} entity
 */
const errorsOf = (entity) =>
  ('errors' in entity ? entity.errors() : (entity.result().errors ?? [])).map(({ message, stack, diff }) =>
    `${message}\n${diff ?? ''}\n${stack ?? ''}`.slice(0, 6000),
  );

/** The reporter that Vitest creates. */
export default class {
  /** @param {import('vitest/node').TestCase} test */
  onTestCaseReady(test) {
    tell({ say: 'running', file: test.module.relativeModuleId, name: test.fullName });
  }

  /** @param {import('vitest/node').TestCase} test */
  onTestCaseResult(test) {
    const result = test.result();
    tell({
      say: 'test',
      file: test.module.relativeModuleId,
      name: test.fullName,
      status: result.state,
      ms: Math.round(test.diagnostic()?.duration ?? 0),
      output: result.state === 'skipped' ? (result.note ?? '') : errorsOf(test).join('\n'),
      variants: /** @type {any} */ (test.meta()).variants,
    });
  }

  /** @param {import('vitest/node').TestSuite} suite */
  onTestSuiteResult(suite) {
    this.#errors(suite.module.relativeModuleId, suite);
  }

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleEnd(module) {
    this.#errors(module.relativeModuleId, module);
  }

  /**
   * @param {readonly unknown[]} _modules
   * @param {readonly import('vitest').SerializedError[]} errors
   */
  onTestRunEnd(_modules, errors) {
    for (const { message, stack } of errors)
      tell({
        say: 'test',
        file: '',
        name: 'an error outside of every test',
        status: 'failed',
        ms: 0,
        output: `${message}\n${stack}`,
      });
  }

  /** A file that does not load, or hooks that fail, have no failed test to show for it. */
  #errors(/** @type {string} */ file, /** @type {any} */ entity) {
    const errors = errorsOf(entity);
    if (errors.length > 0)
      tell({
        say: 'test',
        file,
        name: 'the file, or hooks of it',
        status: 'failed',
        ms: 0,
        output: errors.join('\n'),
      });
  }
}
