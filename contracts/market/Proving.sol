// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStorageMarket} from "../interfaces/IStorageMarket.sol";
import {DealTerms} from "../libraries/DealTerms.sol";
import {Draws} from "../libraries/Draws.sol";
import {Hot} from "../libraries/ProviderHot.sol";
import {PeriodBits} from "../libraries/PeriodBits.sol";
import {PieceProof} from "../libraries/PieceProof.sol";
import {MarketState} from "./MarketState.sol";

/// @title Proving
/// @notice One proof of possession for each provider and period, over randomly drawn leaves of its list.
abstract contract Proving is IStorageMarket, MarketState {
    using PeriodBits for mapping(uint256 word => uint256);

    /// @inheritdoc IStorageMarket
    function prove(
        uint32 id,
        uint32 current,
        bytes calldata proof,
        bytes calldata evidence,
        uint256[] calldata indices
    ) external nonReentrant {
        ProviderSlots storage provider = _checkUndecided(id, current);

        Hot memory hot = provider.hot.unpack();
        _touch(hot, provider, current);
        // Chosen at deployment and trusted; the guard is on while it runs.
        uint256 seed = BEACON.seed(_startOf(current) + DELAY, evidence);
        _checkProof(id, current, hot.frozen, seed, proof);

        _proven[id].set(current);
        emit Proven(id, current);
        if (indices.length != 0) _delist(id, hot, current + 1, indices);
        provider.hot = hot.pack();
    }

    /// @inheritdoc IStorageMarket
    function delist(uint32 id, uint256[] calldata indices) external nonReentrant {
        ProviderSlots storage provider = _provider(id);
        uint32 current = period();
        bool decided = provider.gaveUpAt == current || _proven[id].isSet(current);
        // Before the draws are known their set may still shrink, by deals that are not drawn anyway.
        bool undrawn = block.timestamp < _startOf(current) + DELAY / 2;
        require(decided || undrawn, NotYetDecided(id, current));

        Hot memory hot = provider.hot.unpack();
        _touch(hot, provider, current);
        _delist(id, hot, decided ? current + 1 : current, indices);
        provider.hot = hot.pack();
    }

    /// @inheritdoc IStorageMarket
    function giveUp(uint32 id, uint32 current) external nonReentrant {
        _providerByOwner(id);
        ProviderSlots storage provider = _checkUndecided(id, current);

        Hot memory hot = provider.hot.unpack();
        _touch(hot, provider, current);
        provider.hot = hot.pack();
        provider.gaveUpAt = current;
        ++provider.version;
        emit GaveUp(id, current);
    }

    function _checkUndecided(uint32 id, uint32 claimed) private view returns (ProviderSlots storage provider) {
        provider = _provider(id);
        uint32 current = period();
        require(claimed == current, PeriodNotCurrent(claimed, current));
        require(provider.gaveUpAt != current, AlreadyGivenUp(id, current));
        require(!_proven[id].isSet(current), AlreadyProven(id, current));
    }

    function _checkProof(uint32 id, uint32 current, uint256 frozen, uint256 seed, bytes calldata proof) private view {
        uint32[MAX_LISTED] storage list = _lists[id];
        uint256[6] memory walk = Draws.walk(seed, address(this), id, current);
        uint256 needed = Draws.samples(BASE_SAMPLES, frozen);
        uint256 steps = frozen == 0 ? 0 : needed * Draws.STEPS_PER_SAMPLE;
        uint256 found = 0;
        uint256 offset = 0;
        for (uint256 step = 0; found < needed; ++step) {
            require(step < steps, TooFewLiveDeals(id, current, found, needed));
            uint256 drawn = Draws.word(walk, step);
            uint32 deal = list[Draws.index(drawn, frozen)];
            DealTerms terms = _deals[deal].terms;
            if (!terms.isLive(current)) continue;

            offset = _checkDraw(deal, terms, drawn, proof, offset);
            ++found;
        }
        require(offset == proof.length, ProofLengthInvalid(offset, proof.length));
    }

    /// @return end Where the next path begins.
    function _checkDraw(
        uint32 deal,
        DealTerms terms,
        uint256 drawn,
        bytes calldata proof,
        uint256 offset
    ) private view returns (uint256 end) {
        uint256 leaves = PieceProof.leavesOf(terms.size());
        end = offset + PieceProof.lengthOf(PieceProof.heightOf(leaves));
        require(end <= proof.length, ProofLengthInvalid(end, proof.length));
        uint256 leaf = Draws.leaf(drawn, leaves);
        require(PieceProof.rootOf(proof[offset:end], leaf) == _deals[deal].root, ProofInvalid(deal, leaf));
    }

    /// @dev Removes entries whose deals end by `bound` or were never live; the last entry takes the place of each.
    function _delist(uint32 id, Hot memory hot, uint256 bound, uint256[] calldata indices) private {
        uint32[MAX_LISTED] storage list = _lists[id];
        for (uint256 i = 0; i < indices.length; ++i) {
            require(indices[i] < hot.listed, ListIndexInvalid(indices[i], hot.listed));
            uint32 deal = list[indices[i]];
            DealTerms terms = _deals[deal].terms;
            uint256 end = terms.end();
            require(end <= bound || end == terms.start(), StillLive(deal, end, bound));
            list[indices[i]] = list[--hot.listed];
            emit Delisted(id, deal);
        }
        if (hot.frozen > hot.listed) hot.frozen = hot.listed;
    }

    /// @dev First thing in a period that changes the list: freezes what this period draws from and refills the budget.
    function _touch(Hot memory hot, ProviderSlots storage provider, uint32 current) internal view {
        if (hot.touchedAt == current) return;
        hot.touchedAt = current;
        hot.frozen = hot.listed;
        hot.budgetLeft = provider.maxLock;
    }
}
