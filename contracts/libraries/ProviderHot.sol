// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice All that opening and proving write of a provider, in one slot, from the lowest bit up:
/// listed 16 | frozen 16 | touchedAt 32 | free 96 | budgetLeft 96.
type PackedHot is uint256;

/// @param listed Deals in the list.
/// @param frozen What period `touchedAt` draws from.
/// @param touchedAt Latest period in which the list was touched.
/// @param free Stake that is not locked.
/// @param budgetLeft What is left of the lock budget of period `touchedAt`.
struct Hot {
    uint256 listed;
    uint256 frozen;
    uint256 touchedAt;
    uint256 free;
    uint256 budgetLeft;
}

using ProviderHot for PackedHot global;
using ProviderHot for Hot global;

/// @title ProviderHot
/// @notice Packs the slot by one read and one write: the compiler's own packing would write it once for each field.
library ProviderHot {
    function unpack(PackedHot packed) internal pure returns (Hot memory hot) {
        uint256 word = PackedHot.unwrap(packed);
        hot.listed = uint16(word);
        hot.frozen = uint16(word >> 16);
        hot.touchedAt = uint32(word >> 32);
        hot.free = uint96(word >> 64);
        hot.budgetLeft = word >> 160;
    }

    /// @dev The caller keeps each value within its width.
    function pack(Hot memory hot) internal pure returns (PackedHot) {
        return
            PackedHot.wrap(
                hot.listed | (hot.frozen << 16) | (hot.touchedAt << 32) | (hot.free << 64) | (hot.budgetLeft << 160)
            );
    }

    function free(PackedHot packed) internal pure returns (uint256) {
        return uint96(PackedHot.unwrap(packed) >> 64);
    }

    /// @dev The caller has checked that `amount` fits 96 bits.
    function withFree(PackedHot packed, uint256 amount) internal pure returns (PackedHot) {
        uint256 mask = uint256(type(uint96).max) << 64;
        return PackedHot.wrap((PackedHot.unwrap(packed) & ~mask) | (amount << 64));
    }

    /// @notice The budget lowered to `limit`.
    function withBudgetAtMost(PackedHot packed, uint96 limit) internal pure returns (PackedHot) {
        Hot memory hot = packed.unpack();
        if (hot.budgetLeft > limit) hot.budgetLeft = limit;
        return hot.pack();
    }
}
