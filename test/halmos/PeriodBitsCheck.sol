// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
// A require says here what is assumed.
// solhint-disable gas-custom-errors

import {PeriodBits} from "../../contracts/libraries/PeriodBits.sol";

/// @notice The bit tricks equal counting one by one.
contract PeriodBitsCheck {
    using PeriodBits for mapping(uint256 word => uint256);

    mapping(uint256 word => uint256) private bits;

    /// @notice For every word: the count is that of its halves. With the next two, of all parts down to 16 bits.
    function check_PopcountAddsUpOverHalvesOf256Bits(uint256 word) external pure {
        assert(PeriodBits.popcount(word) == PeriodBits.popcount(word >> 128) + PeriodBits.popcount(uint128(word)));
    }

    function check_PopcountAddsUpOverHalvesOf128Bits(uint128 word) external pure {
        assert(PeriodBits.popcount(word) == PeriodBits.popcount(word >> 64) + PeriodBits.popcount(uint64(word)));
    }

    function check_PopcountAddsUpOverHalvesOf64Bits(uint64 word) external pure {
        assert(PeriodBits.popcount(word) == PeriodBits.popcount(word >> 32) + PeriodBits.popcount(uint32(word)));
    }

    function check_PopcountAddsUpOverHalvesOf32Bits(uint32 word) external pure {
        assert(PeriodBits.popcount(word) == PeriodBits.popcount(word >> 16) + PeriodBits.popcount(uint16(word)));
    }

    /// @notice For every 16 bits: the count is the sum of the bits. With the halves, so it is for every word.
    function check_PopcountOf16BitsIsTheirSum(uint16 word) external pure {
        uint256 sum = 0;
        for (uint256 i = 0; i < 16; ++i) {
            sum += (word >> i) & 1;
        }
        assert(PeriodBits.popcount(word) == sum);
    }

    /// @notice For every 16 bits at the bottom of a word.
    function check_SelectFindsTheNthBitAtTheBottom(uint16 word, uint256 n) external pure {
        _assertSelects(word, 0, n);
    }

    /// @notice For every 16 bits across the middle of a word.
    function check_SelectFindsTheNthBitInTheMiddle(uint16 word, uint256 n) external pure {
        _assertSelects(word, 120, n);
    }

    /// @notice For every 16 bits at the top of a word.
    function check_SelectFindsTheNthBitAtTheTop(uint16 word, uint256 n) external pure {
        _assertSelects(word, 240, n);
    }

    /// @notice For every history of 8 periods around the boundary of two words, and every range in it.
    function check_CountIsTheNumberOfProvenPeriods(uint8 history) external {
        _record(history);
        for (uint256 from = 252; from < 260; ++from) {
            uint256 sum = 0;
            for (uint256 to = from; to <= 260; ++to) {
                assert(bits.count(from, to) == sum);
                if (to < 260) sum += (history >> (to - 252)) & 1;
            }
        }
    }

    /// @notice For every history of 4 periods around the boundary of two words: the period found is not proven, and `n` before it
    /// are not; or there are no more than `n`.
    function check_NthUnsetHasNUnprovenPeriodsBeforeIt(uint8 history, uint256 n) external {
        require(history < 16 && n < 5);
        _record(uint256(history) << 2);
        uint256 found = bits.nthUnset(254, 258, n);
        uint256 before = 0;
        for (uint256 period = 254; period < 258; ++period) {
            if (period < found && !bits.isSet(period)) ++before;
        }
        assert(found == 258 ? before <= n : before == n && !bits.isSet(found));
    }

    /// @notice For every word, and every two periods.
    function check_SetMarksThatPeriodAlone(uint256 word, uint32 period, uint32 other) external {
        bits[period >> 8] = word;
        bool before = bits.isSet(other);
        bits.set(period);
        assert(bits.isSet(period));
        assert(other == period || bits.isSet(other) == before);
    }

    function _assertSelects(uint256 word, uint256 shift, uint256 n) private pure {
        require(n < PeriodBits.popcount(word));
        uint256 index = PeriodBits.select(word << shift, n);
        assert(index >= shift && index < shift + 16);
        assert((word >> (index - shift)) & 1 == 1);
        assert(PeriodBits.popcount(word % (uint256(1) << (index - shift))) == n);
    }

    /// @dev Periods 252 to 259.
    function _record(uint256 history) private {
        bits[0] = (history & 0xf) << 252;
        bits[1] = history >> 4;
    }
}
