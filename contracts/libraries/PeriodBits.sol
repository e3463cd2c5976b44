// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title PeriodBits
/// @notice A history of periods, one bit each: set when the period was proven. Period p is bit p % 256 of word p / 256.
library PeriodBits {
    function isSet(mapping(uint256 word => uint256) storage bits, uint256 period) internal view returns (bool) {
        return (bits[period >> 8] >> (period & 0xff)) & 1 != 0;
    }

    function set(mapping(uint256 word => uint256) storage bits, uint256 period) internal {
        bits[period >> 8] |= 1 << (period & 0xff);
    }

    /// @notice Number of set bits in the periods [from, to).
    function count(
        mapping(uint256 word => uint256) storage bits,
        uint256 from,
        uint256 to
    ) internal view returns (uint256 total) {
        while (from < to) {
            (uint256 word, uint256 next) = _slice(bits, from, to);
            // At most 256 for each word: periods are far below the width.
            unchecked {
                total += popcount(word);
            }
            from = next;
        }
    }

    /// @notice The period of the unset bit number `n` (from 0) in [from, to); `to` when there are fewer.
    function nthUnset(
        mapping(uint256 word => uint256) storage bits,
        uint256 from,
        uint256 to,
        uint256 n
    ) internal view returns (uint256) {
        while (from < to) {
            (uint256 word, uint256 next) = _slice(bits, from, to);
            uint256 unset = ~word & _ones(next - from);
            uint256 found = popcount(unset);
            if (n < found) return from + select(unset, n);
            n -= found;
            from = next;
        }
        return to;
    }

    /// @notice Number of set bits in `word`.
    function popcount(uint256 word) internal pure returns (uint256) {
        // Sums of 2, 4, 8 and 16 neighbouring bits; nothing overflows its field, and the product's top 16 bits hold the
        // sum of all fields, at most 256.
        unchecked {
            word -= (word >> 1) & 0x5555555555555555555555555555555555555555555555555555555555555555;
            word =
                (word & 0x3333333333333333333333333333333333333333333333333333333333333333) +
                ((word >> 2) & 0x3333333333333333333333333333333333333333333333333333333333333333);
            word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f;
            word = (word + (word >> 8)) & 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
            return (word * 0x0001000100010001000100010001000100010001000100010001000100010001) >> 240;
        }
    }

    /// @notice Index of the set bit number `n` (from 0) of `word`, which has more than `n` set bits.
    function select(uint256 word, uint256 n) internal pure returns (uint256 index) {
        for (uint256 width = 128; width != 0; width >>= 1) {
            uint256 below = popcount(word & _ones(width));
            if (n >= below) {
                n -= below;
                word >>= width;
                index += width;
            }
        }
    }

    /// @dev The bits of [from, next) moved to the bottom, `next` being `to` or the end of the word.
    function _slice(
        mapping(uint256 word => uint256) storage bits,
        uint256 from,
        uint256 to
    ) private view returns (uint256 word, uint256 next) {
        // A period has 32 bits, and from < next <= to.
        unchecked {
            next = (from | 0xff) + 1;
            if (next > to) next = to;
            word = (bits[from >> 8] >> (from & 0xff)) & _ones(next - from);
        }
    }

    /// @dev A word whose lowest `width` bits are set, 1 to 256.
    function _ones(uint256 width) private pure returns (uint256) {
        unchecked {
            return type(uint256).max >> (256 - width);
        }
    }
}
