// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hot, PackedHot} from "../../contracts/libraries/ProviderHot.sol";

/// @notice A provider's slot: no field reaches into another one. For every word, and all values that fit.
contract ProviderHotCheck {
    function check_PackedHotReadsBack(
        uint16 listed,
        uint16 frozen,
        uint32 touchedAt,
        uint96 free,
        uint96 budgetLeft
    ) external pure {
        PackedHot packed = Hot(listed, frozen, touchedAt, free, budgetLeft).pack();
        Hot memory hot = packed.unpack();
        assert(hot.listed == listed && hot.frozen == frozen && hot.touchedAt == touchedAt);
        assert(hot.free == free && hot.budgetLeft == budgetLeft && packed.free() == free);
    }

    function check_UnpackedHotPacksBack(uint256 word) external pure {
        assert(PackedHot.unwrap(PackedHot.wrap(word).unpack().pack()) == word);
    }

    function check_WithFreeChangesTheFreeStakeAlone(uint256 word, uint96 amount) external pure {
        PackedHot packed = PackedHot.wrap(word);
        Hot memory expected = packed.unpack();
        expected.free = amount;
        _assertEqual(packed.withFree(amount), expected);
    }

    function check_WithBudgetAtMostLowersTheBudgetAlone(uint256 word, uint96 limit) external pure {
        PackedHot packed = PackedHot.wrap(word);
        Hot memory expected = packed.unpack();
        expected.budgetLeft = expected.budgetLeft < limit ? expected.budgetLeft : limit;
        _assertEqual(packed.withBudgetAtMost(limit), expected);
    }

    function _assertEqual(PackedHot packed, Hot memory expected) private pure {
        Hot memory hot = packed.unpack();
        assert(hot.listed == expected.listed && hot.frozen == expected.frozen && hot.touchedAt == expected.touchedAt);
        assert(hot.free == expected.free && hot.budgetLeft == expected.budgetLeft);
    }
}
