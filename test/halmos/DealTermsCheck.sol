// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
// A require says here what is assumed.
// solhint-disable gas-custom-errors

import {DealTerms, DealTermsLibrary, OfferTerms, OfferTermsLibrary} from "../../contracts/libraries/DealTerms.sol";

/// @notice What is packed comes out again, and a change of one field leaves the others alone. For all values that fit.
contract DealTermsCheck {
    struct Fields {
        uint32 start;
        uint16 term;
        uint64 size;
        uint80 rate;
        uint24 slashFactor;
        uint32 provider;
        uint16 toHead;
    }

    function check_PackedDealTermsReadBack(Fields calldata f) external pure {
        DealTerms terms = _pack(f);
        _assertSame(terms, f);
        assert(terms.end() == f.start + f.term);
        assert(terms.settledUpTo() == f.start && terms.missed() == 0);
        assert(!terms.closed() && !terms.forfeited());
    }

    /// @notice Also of terms that were settled before.
    function check_SettlingChangesTheSettledPeriodsAlone(Fields calldata f, uint16[4] calldata v) external pure {
        require(v[0] < 512 && v[1] < 512 && v[2] < 512 && v[3] < 512);
        DealTerms terms = _pack(f).withSettled(f.start + v[0], v[1]).withSettled(f.start + v[2], v[3]);
        _assertSame(terms, f);
        assert(terms.end() == f.start + f.term);
        assert(terms.settledUpTo() == f.start + v[2] && terms.missed() == v[3]);
        assert(!terms.closed() && !terms.forfeited());
    }

    function check_ANewEndAndClosingChangeNothingElse(Fields calldata f, uint16 term, bool byDefault) external pure {
        require(term < 512);
        DealTerms terms = _pack(f).withClosed().withEnd(f.start + term);
        if (byDefault) terms = terms.withForfeited();
        _assertSame(terms, f);
        assert(terms.end() == f.start + term);
        assert(terms.settledUpTo() == f.start && terms.missed() == 0);
        assert(terms.closed() && terms.forfeited() == byDefault);
    }

    /// @notice For all of the 32 sets of flags; a challenge that has ended leaves no trace.
    function check_FlagsChangeThemselvesAlone(Fields calldata f, bool[5] calldata flags) external pure {
        DealTerms terms = _pack(f).withChallenged();
        if (flags[0]) terms = terms.withClosed();
        if (flags[1]) terms = terms.withForfeited();
        if (flags[3]) terms = terms.withAssigned();
        if (flags[4]) terms = terms.withMoved();
        if (!flags[2]) terms = terms.withoutChallenged();
        _assertSame(terms, f);
        assert(terms.end() == f.start + f.term);
        assert(terms.settledUpTo() == f.start && terms.missed() == 0);
        assert(terms.closed() == flags[0] && terms.forfeited() == flags[1] && terms.challenged() == flags[2]);
        assert(terms.assigned() == flags[3] && terms.moved() == flags[4]);
    }

    function check_LiveIsFromTheStartToBeforeTheEnd(Fields calldata f, uint32 period) external pure {
        assert(_pack(f).isLive(period) == (f.start <= period && period < uint256(f.start) + f.term));
    }

    function check_PackedOfferTermsReadBack(address client, uint16 notice, uint16 maxMisses) external pure {
        require(notice < 512 && maxMisses < 512);
        OfferTerms terms = OfferTermsLibrary.pack(client, notice, maxMisses);
        assert(terms.client() == client && terms.notice() == notice);
        assert(terms.maxMisses() == maxMisses && terms.manifestTag() == 0);
    }

    function check_AManifestChangesItsTagAlone(
        address client,
        uint16 notice,
        uint16 maxMisses,
        bytes32 hash
    ) external pure {
        require(notice < 512 && maxMisses < 512);
        OfferTerms terms = OfferTermsLibrary.pack(client, notice, maxMisses).withManifest(hash);
        assert(terms.client() == client && terms.notice() == notice && terms.maxMisses() == maxMisses);
        assert(terms.manifestTag() == uint256(hash) % 2 ** 78);
    }

    /// @dev Periods end before 2^32, as they do in a market for the next million years.
    function _pack(Fields calldata f) private pure returns (DealTerms) {
        require(f.start < 2 ** 31 && f.term < 512 && f.size < 2 ** 44 && f.toHead < 4_096);
        return
            DealTermsLibrary.pack({
                start_: f.start,
                term_: f.term,
                size_: f.size,
                rate_: f.rate,
                slashFactor_: f.slashFactor,
                provider_: f.provider,
                toHead_: f.toHead
            });
    }

    function _assertSame(DealTerms terms, Fields calldata f) private pure {
        assert(terms.start() == f.start && terms.size() == f.size);
        assert(terms.rate() == f.rate && terms.slashFactor() == f.slashFactor);
        assert(terms.provider() == f.provider && terms.toHead() == f.toHead);
    }
}
