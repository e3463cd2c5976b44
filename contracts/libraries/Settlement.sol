// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DealTerms} from "./DealTerms.sol";
import {PeriodBits} from "./PeriodBits.sol";

/// @title Settlement
/// @notice What the closed periods of a deal mean in money. A function of terms, history and time alone, so that settling
/// late gives the same as settling at every boundary.
library Settlement {
    using PeriodBits for mapping(uint256 word => uint256);

    /// @param upTo Periods before it are settled by this.
    /// @param misses Misses since the start of the deal, up to `upTo`.
    /// @param defaultedAt Period of the miss that was one too many; 0 when there is none.
    /// @param closed Whether nothing is held for the deal afterwards.
    /// @param earned For the payee: rate for each proven period.
    /// @param refund For the client: rate and slash for each missed period; after a default all later escrow as well.
    /// @param unlocked Collateral that nobody has a claim to any more.
    struct Outcome {
        uint32 upTo;
        uint32 defaultedAt;
        uint16 misses;
        bool closed;
        uint256 earned;
        uint256 refund;
        uint256 unlocked;
    }

    /// @notice Outcome of the closed periods that are not settled yet, `current` being the first that is not closed.
    function outcome(
        DealTerms terms,
        uint256 maxMisses,
        mapping(uint256 word => uint256) storage bits,
        uint32 current
    ) internal view returns (Outcome memory result) {
        uint256 from = terms.settledUpTo();
        uint256 end = terms.end();
        uint256 to = current < end ? current : end;
        result.upTo = uint32(from);
        result.misses = terms.missed();
        result.closed = terms.closed();
        if (result.closed || to <= from) return result;

        uint256 proven = bits.count(from, to);
        uint256 misses = to - from - proven;
        uint256 tolerated = maxMisses - result.misses;
        uint256 cutOff = 0;
        if (misses > tolerated) {
            // The first miss that is not tolerated ends the deal; what lies behind it was never the payee's.
            uint256 last = bits.nthUnset(from, to, tolerated);
            (to, misses) = (last + 1, tolerated + 1);
            proven = to - from - misses;
            cutOff = end - to;
            result.defaultedAt = uint32(last);
        }

        uint256 rate = terms.rate();
        uint256 slash = terms.slash();
        result.upTo = uint32(to);
        result.misses = uint16(result.misses + misses);
        result.closed = to == end || result.defaultedAt != 0;
        result.earned = rate * proven;
        result.refund = (rate + slash) * misses + rate * cutOff;
        if (result.closed) result.unlocked = slash * (maxMisses + 1 - result.misses);
    }
}
