// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PeriodBits} from "../../contracts/libraries/PeriodBits.sol";

/// @notice The bit tricks against counting one by one.
contract PeriodBitsTest {
    using PeriodBits for mapping(uint256 word => uint256);

    mapping(uint256 word => uint256) private bits;

    function testFuzz_PopcountCountsEachBit(uint256 word) public pure {
        uint256 expected = 0;
        for (uint256 i = 0; i < 256; ++i) {
            expected += (word >> i) & 1;
        }
        assert(PeriodBits.popcount(word) == expected);
    }

    function test_PopcountOfAllAndNothing() public pure {
        assert(PeriodBits.popcount(0) == 0);
        assert(PeriodBits.popcount(type(uint256).max) == 256);
    }

    function testFuzz_SelectFindsTheNthSetBit(uint256 word, uint256 n) public pure {
        uint256 total = PeriodBits.popcount(word);
        if (total == 0) return;
        n %= total;
        uint256 index = PeriodBits.select(word, n);
        assert((word >> index) & 1 == 1);
        assert(PeriodBits.popcount(word & ((1 << index) - 1)) == n);
    }

    function test_SelectFindsEachBitAloneAndAmongAll() public pure {
        for (uint256 i = 0; i < 256; ++i) {
            assert(PeriodBits.select(1 << i, 0) == i);
            assert(PeriodBits.select(type(uint256).max, i) == i);
        }
    }

    function testFuzz_CountAndNthUnsetAgreeWithCountingOneByOne(
        uint256[3] calldata words,
        uint256 from,
        uint256 length,
        uint256 n
    ) public {
        for (uint256 i = 0; i < 3; ++i) {
            bits[i] = words[i];
        }
        from %= 300;
        length %= 450;
        n %= 20;
        uint256 set = 0;
        uint256 nth = from + length;
        uint256 unset = 0;
        for (uint256 p = from; p < from + length; ++p) {
            if (bits.isSet(p)) set += 1;
            else if (unset++ == n) nth = p;
        }
        assert(bits.count(from, from + length) == set);
        assert(bits.nthUnset(from, from + length, n) == nth);
    }

    function testFuzz_SetMarksThatPeriodAlone(uint32 period) public {
        bits.set(period);
        assert(bits.isSet(period));
        assert(bits[period >> 8] == 1 << (period % 256));
    }
}
