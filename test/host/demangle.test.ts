import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { demangle, displayName, maxNameChars, printable } from '../../host/demangle.ts';

describe('names in their source form', () => {
  const names: readonly (readonly [mangled: string, source: string])[] = [
    // Rust, legacy
    ['_ZN3std2rt10lang_start17h0d2b3060b38e9e91E', 'std::rt::lang_start'],
    ['_ZN3std2rt10lang_start28_$u7b$$u7b$closure$u7d$$u7d$17h0d2b3060b38e9e91E', 'std::rt::lang_start::{{closure}}'],
    ['_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h74a652ba3f7fc317E', '<&T as core::fmt::Debug>::fmt'],
    [
      '_ZN9hashbrown3raw21RawTable$LT$T$C$A$GT$14reserve_rehash17h8003d6370a8c7998E.llvm.7386713214166398758',
      'hashbrown::raw::RawTable<T,A>::reserve_rehash',
    ],
    // Rust, v0
    ['_RNvCsfLfy6EI15iL_7___rustc12___rust_alloc', '__rustc::__rust_alloc'],
    [
      '_RINvNtCsdHhIpgkcIfN_4core9panicking13assert_failedbbECset5xJoy1xWQ_3std',
      'core::panicking::assert_failed::<bool, bool>',
    ],
    [
      '_RINvMsi_NtCs3DVWKUPU8l_9hashbrown3rawINtB6_12RawIterRangeTllEE9next_implKb0_ECs6GmmlP4bgsG_1r',
      '<hashbrown::raw::RawIterRange<(i32, i32)>>::next_impl::<false>',
    ],
    [
      '_RINvMs0_NtNtNtNtCset5xJoy1xWQ_3std3sys4sync4once10no_threadsNtB6_4Once4callNCINvMs0_NtNtBe_4sync4onceNtB1k_4Once9call_onceNCNvNtBe_2rt7cleanup0E0EBe_',
      '<std::sys::sync::once::no_threads::Once>::call::<<std::sync::once::Once>::call_once<std::rt::cleanup::{closure#0}>::{closure#0}>',
    ],
    // C++
    ['_ZNK2ns3BoxISt6vectorIiSaIiEEE3getEi', 'ns::Box<std::vector<int, std::allocator<int> > >::get(int) const'],
    ['_ZN9__gnu_cxx3fooEPFvPcE', '__gnu_cxx::foo(void (*)(char*))'],
    ['_Z1fRA3_KcM1SFivE', 'f(char const (&) [3], int (S::*)())'],
    ['_ZlsRSoRKSs', 'operator<<(std::ostream&, std::string const&)'],
    ['_ZN3FooC2Ev', 'Foo::Foo()'],
    ['_ZN3FooD0Ev', 'Foo::~Foo()'],
    ['_ZTV3Foo', 'vtable for Foo'],
    ['_ZThn16_N3Foo3barEv', 'non-virtual thunk to Foo::bar()'],
    ['_ZN12_GLOBAL__N_14mainEv', '(anonymous namespace)::main()'],
    ['_ZZ4mainENKUlvE_clEv', 'main::{lambda()#1}::operator()() const'],
    ['_Z3sumIJidcEEvDpOT_', 'void sum<int, double, char>(int&&, double&&, char&&)'],
    ['_Z3fwdIRiEvOT_', 'void fwd<int&>(int&)'],
    ['_ZN1XcvbEv', 'X::operator bool()'],
    ['_Z1fILi5ELb1EEvv', 'void f<5, true>()'],
    [
      '_ZNSt3__212basic_stringIcNS_11char_traitsIcEENS_9allocatorIcEEE6appendEPKcm',
      'std::__2::basic_string<char, std::__2::char_traits<char>, std::__2::allocator<char> >::append(char const*, unsigned long)',
    ],
    ['_Z3addii.cold', 'add(int, int) [clone .cold]'],
    // Others are readable already
    ['main.main', 'main.main'],
    ['assembly/index/fib', 'assembly/index/fib'],
    ['runtime.(*mheap).alloc', 'runtime.(*mheap).alloc'],
    ['_Znonsense', '_Znonsense'],
    ['_R', '_R'],
    ['_ZN', '_ZN'],
    ['_ZN3fo', '_ZN3fo'],
    ['', ''],
  ];
  test.each(names)('%s', (mangled, source) => {
    expect(demangle(mangled)).toBe(source);
  });
});

describe('hostile names', () => {
  test('back-references that double the text at each step are shown raw, quickly', () => {
    // Each B points at the tuple before it: 2^40 elements.
    let symbol = '_RINvC1a1fTuuE';
    let previous = symbol.indexOf('Tuu') - 2;
    for (let level = 0; level < 40; level++) {
      const reference = `B${base62(previous)}`;
      previous = symbol.length - 2;
      symbol += `T${reference}${reference}E`;
    }
    symbol += 'E';
    const start = performance.now();
    expect(demangle(symbol)).toBe(symbol);
    expect(performance.now() - start).toBeLessThan(500);
  });

  test('so are C++ substitutions', () => {
    let symbol = '_Z1fSt4pairIiiE';
    // Each level adds two substitutions: the template's name, and its instance.
    for (let level = 0; level < 36; level++) symbol += `St4pairIS${seqId(2 * level)}_S${seqId(2 * level)}_E`;
    const start = performance.now();
    expect(demangle(symbol)).toBe(symbol);
    expect(performance.now() - start).toBeLessThan(500);
  });

  test('deep nesting does not exhaust the stack', () => {
    expect(demangle(`_Z1f${'P'.repeat(8000)}i`)).toMatch(/^_Z1fPPP/);
    expect(demangle(`_RINvC1a1f${'R'.repeat(8000)}uE`)).toMatch(/^_RINvC1a1fRRR/);
  });

  test('control characters, escapes and what reorders text become question marks', () => {
    expect(printable('a\x1b[31mb\nc\u202ed\u200be\u{e0041}f\ud800g\x9bh', 100)).toBe('a?[31mb?c?d?e?f?g?h');
    expect(displayName('_ZN4\x1b[2J1fEv')).toBe('?[2J::f()');
    expect(printable('naïve 日本 🙂', 100)).toBe('naïve 日本 🙂');
  });

  test('names are cut', () => {
    expect(displayName('x'.repeat(100_000))).toHaveLength(maxNameChars);
  });

  test('whatever the symbol, there is a printable answer in bounded time', () => {
    const alphabet = [...'_ZNRCIEST0123456789abcdefghijklmnopqrstuvwxyzBKLGDFXJMPOAUV$.'];
    const symbol = fc
      .tuple(
        fc.constantFrom('_Z', '_ZN', '_R', '_RNv', '_ZNK', '_RIN'),
        fc.array(fc.constantFrom(...alphabet), { maxLength: 60 }),
      )
      .map(([prefix, rest]) => prefix + rest.join(''));
    fc.assert(
      fc.property(symbol, (text) => {
        expect(displayName(text).length).toBeLessThanOrEqual(maxNameChars);
      }),
      { numRuns: 3000 },
    );
  });
});

const digits62 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function base62(value: number): string {
  if (value === 0) return '_';
  let text = '';
  for (let rest = value - 1; ; rest = Math.floor(rest / 62)) {
    text = digits62[rest % 62] + text;
    if (rest < 62) return `${text}_`;
  }
}

function seqId(value: number): string {
  return value.toString(36).toUpperCase();
}
